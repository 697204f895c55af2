import { VecTrade } from '@vectrade/edge'
import { playCells } from './play-cells.ts'

declare function addEventListener(
  type: 'unhandledrejection',
  listener: (event: Event & { readonly reason: unknown }) => void,
): void

/** @public bundled for workerd */
export default {
  async fetch(_: Request, env: { CONTROL: string; WORKERS: string }): Promise<Response> {
    await playCells(env.CONTROL, Number(env.WORKERS), {
      createClient: (options) => VecTrade.fromEnv({}, options),
      onUnhandled: (listener) =>
        addEventListener('unhandledrejection', (event) => {
          event.preventDefault()
          listener(event.reason)
        }),
    })
    return new Response('played')
  },
}
