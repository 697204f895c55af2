import {
  type AnalysisSnapshot,
  type AnalysisStore,
  type AnalysisStoreOptions,
  createAnalysis,
  type EventOf,
  type EventTypes,
  type NoEventTypes,
  VecTrade,
} from '@vectrade/browser'
import { useMemo } from 'react'
import { useLatest } from './use-latest.ts'
import { useStore } from './use-store.ts'

/** Options of {@link useAnalysis}: a `client`, or the `endpoint` to make one for. */
export type UseAnalysisOptions<Types extends EventTypes = NoEventTypes> = AnalysisStoreOptions<
  EventOf<Types>
> &
  (
    | {
        /** The client that asks. Create it once, outside of the component. */
        client: VecTrade<Types>
        endpoint?: undefined
        events?: undefined
      }
    | {
        client?: undefined
        /** The URL of your endpoint, such as `/api/analyze`. */
        endpoint: string | URL
        /** Event types of your own, as in the options of a client. They must not change. */
        events?: Types | undefined
      }
  )

/** What a component can do with its answer. The functions stay the same as long as the client and the key do. */
export type AnalysisActions = Pick<AnalysisStore, 'ask' | 'stop' | 'retry' | 'resume'>

/**
 * Asks questions, and returns the current question with its answer so far. The component renders at most once per
 * animation frame. Nothing is sent before `ask`.
 *
 * Unmounting the component ends the reading. An answer that the server stores continues, and `resume` finds it. If the
 * `client`, the `endpoint` or the `key` changes, the hook begins anew, without a question.
 *
 * @example
 * ```ts
 * import { useAnalysis } from '@vectrade/react'
 * import { createElement } from 'react'
 *
 * function Answer() {
 *   const { text, status, ask } = useAnalysis({ endpoint: '/api/analyze' })
 *   const onClick = () => void ask("What's the bull case for NVDA?")
 *   return createElement('p', { onClick }, status === 'idle' ? 'Ask' : text)
 * }
 * createElement(Answer).type === Answer // true
 * ```
 */
export function useAnalysis<const Types extends EventTypes = NoEventTypes>(
  options: UseAnalysisOptions<Types>,
): AnalysisSnapshot & AnalysisActions {
  const { client, endpoint, events, key, storage, onEvent: callback } = options
  const onEvent = useLatest(callback)
  const [store, snapshot, isUnmounted] = useStore<AnalysisSnapshot, AnalysisStore>(
    [client ?? String(endpoint), key],
    () =>
      createAnalysis(client ?? new VecTrade<Types>({ endpoint, events }), {
        key,
        storage,
        onEvent,
      }),
    ({ status }) => status === 'waiting' || status === 'streaming',
  )
  const actions = useMemo((): AnalysisActions => {
    const unlessUnmounted = (begin: () => Promise<void>): Promise<void> =>
      isUnmounted() ? Promise.resolve() : begin()
    return {
      ask: (request) => unlessUnmounted(() => store.ask(request)),
      stop: store.stop,
      retry: () => unlessUnmounted(store.retry),
      resume: () => unlessUnmounted(store.resume),
    }
  }, [store])
  return useMemo(() => ({ ...snapshot, ...actions }), [snapshot, actions])
}
