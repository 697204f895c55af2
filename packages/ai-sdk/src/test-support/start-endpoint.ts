import { createHandler, type EventTypes, type HandlerOptions, toNodeHandler } from '@vectrade/node'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'

/** Serves an endpoint over HTTP. */
export function startEndpoint<const Types extends EventTypes>(
  options: HandlerOptions<Types>,
): Promise<WebServer> {
  return serve(toNodeHandler(createHandler({ onError: () => {}, ...options })))
}
