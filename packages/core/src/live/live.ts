import { ConfigurationError } from '../errors/configuration-error.ts'
import type { LiveChannel } from '../events/live-event.ts'
import { isRecord } from '../events/json.ts'
import { milliseconds, wholeNumber } from '../lifetime/check-limit.ts'
import { type Check, checkOptions, type Checks, checkSignal, checkThat } from '../lifetime/check-options.ts'
import { checkEventId } from '../options/options.ts'
import type { CallWithLimits } from '../resume/open-stream.ts'
import { LiveFeed, type LiveOptions, type LiveRequest } from './live-feed.ts'
import type { LiveConnections } from './open-feed.ts'

const channelNames: readonly LiveChannel[] = ['quotes', 'alerts', 'news']

const requestChecks: Checks<LiveRequest> = {
  symbols: /* @__PURE__ */ checkThat(
    "an array of ticker symbols such as ['NVDA']",
    (value) => Array.isArray(value) && value.every(isSymbol),
  ),
  channels: /* @__PURE__ */ checkThat(
    `an array of ${channelNames.join(', ')}`,
    (value) => Array.isArray(value) && value.length > 0 && value.every((name) => channelNames.includes(name)),
  ),
}
