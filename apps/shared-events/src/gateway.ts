import { createHandler, type Handler, StreamProtocolError, VecTrade } from '@vectrade/node'
import { type ChartEvent, events, type RiskEvent } from './events.ts'

/** The options of the gateway. */
export interface GatewayOptions {
  /** The URL of the analyst. */
  analyst: string
  /** Gets what the page is not told. Default: `console.error`. */
  log?: (message: string) => void
}

/**
 * Creates the second service, the endpoint of the page. It passes on what the analyst sends, and adds a risk to each
 * chart.
 */
export function createGateway({ analyst, log = console.error }: GatewayOptions): Handler {
  const client = new VecTrade({ endpoint: analyst, events })
  return createHandler({
    events,
    async *source(question, { signal }) {
      try {
        for await (const event of client.ai.stream(question, { signal })) {
          yield event
          if (event.type === 'chart') yield riskOf(event)
        }
      } catch (error) {
        // The page learns only that a service has failed. The message names the wrong field, and no value.
        if (error instanceof StreamProtocolError) log(`The analyst: ${error.message}`)
        throw error
      }
    },
  })
}

/** Returns how much the prices of a chart moved. */
function riskOf({ points }: ChartEvent): RiskEvent {
  const prices = points.map(({ price }) => price)
  const lowest = Math.min(...prices)
  const percent = Math.round((100 * (Math.max(...prices) - lowest)) / lowest)
  const level = percent < 10 ? 'low' : percent < 25 ? 'medium' : 'high'
  return {
    type: 'risk',
    content: '',
    level,
    reason: `The highest price is ${percent} % above the lowest.`,
  }
}
