import {
  createLive,
  type LiveSnapshot,
  type LiveStore,
  type LiveStoreOptions,
  VecTrade,
} from '@vectrade/browser'
import { useEffect, useMemo } from 'react'
import { useLatest } from './use-latest.ts'
import { useStore } from './use-store.ts'

/**
 * Options of {@link useLive}: what to follow, and a `client`, or the `endpoint` to make one for. The symbols and
 * `onEvent` can change with each render. If the client, the endpoint or the channels change, the hook connects again.
 * The other options are read only when it connects.
 */
export type UseLiveOptions = LiveStoreOptions &
  (
    | {
        /** The client that follows. Create it once, outside of the component. */
        client: Pick<VecTrade, 'live'>
        endpoint?: undefined
      }
    | {
        client?: undefined
        /** The URL of your `createLiveHandler`, such as `/api/live`. */
        endpoint: string | URL
      }
  )

/**
 * Follows symbols as long as the component is mounted, and returns their newest quotes. The component renders at most
 * once per animation frame.
 *
 * @example
 * ```ts
 * import { useLive } from '@vectrade/react'
 * import { createElement } from 'react'
 *
 * function Price({ symbol }: { symbol: string }) {
 *   const { quotes, state } = useLive({ endpoint: '/api/live', symbols: [symbol] })
 *   return createElement('output', { title: state }, quotes[symbol]?.price)
 * }
 * createElement(Price, { symbol: 'NVDA' }).type === Price // true
 * ```
 */
export function useLive(options: UseLiveOptions): LiveSnapshot & Pick<LiveStore, 'retry'> {
  const { client, endpoint, onEvent: callback, ...others } = options
  const { symbols = [], channels = [] } = others
  const onEvent = useLatest(callback)
  const [store, snapshot] = useStore<LiveSnapshot, LiveStore>(
    [client ?? String(endpoint), channels.join()],
    () => createLive(client ?? new VecTrade({ endpoint }), { ...others, onEvent }),
    () => true,
  )
  useEffect(() => {
    store.remove(store.getSnapshot().symbols.filter((symbol) => !symbols.includes(symbol)))
    store.add(symbols)
    // Compares the symbols, because most programs pass a new array each time. A symbol has no comma.
  }, [store, symbols.join()])
  return useMemo(() => ({ ...snapshot, retry: store.retry }), [store, snapshot])
}
