import type { Situation } from './situation.ts'
import { answers, streams } from './situations/answers.ts'
import { endings, functions, headers, redirects } from './situations/calls.ts'
import { conversion } from './situations/conversion.ts'
import { options, things } from './situations/options.ts'
import { piped } from './situations/piped.ts'
import { resuming } from './situations/resuming.ts'
import { serving } from './situations/serving.ts'

export const situations: readonly Situation[] = [
  ...answers,
  ...streams,
  ...endings,
  ...headers,
  ...redirects,
  ...functions,
  ...options,
  ...things,
  ...conversion,
  ...serving,
  ...resuming,
  // Bun and Deno support Node's servers too.
  ...piped,
]
