import { useEffect, useState, useSyncExternalStore } from 'react'

interface Store<Snapshot> {
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => Snapshot
  readonly dispose: () => void
}

/** A store of a component. */
interface Held<S> {
  readonly keys: readonly unknown[]
  readonly store: S
  readonly getInitial: () => unknown
  /** How many times it is mounted. */
  mounts: number
  isDisposed: boolean
}

/**
 * Returns a store that lives as long as the component, and its current snapshot. If one of the keys changes, the store is
 * replaced. Creating a store must have no effects, because React may drop what it renders.
 */
export function useStore<Snapshot, S extends Store<Snapshot>>(
  keys: readonly unknown[],
  create: () => S,
): [store: S, snapshot: Snapshot] {
  const hold = (): Held<S> => {
    const store = create()
    const initial = store.getSnapshot()
    return { keys, store, getInitial: () => initial, mounts: 0, isDisposed: false }
  }
  const [state, setHeld] = useState(hold)
  let held = state
  if (keys.some((key, at) => !Object.is(key, held.keys[at]))) {
    held = hold()
    setHeld(held)
  }
  useEffect(() => {
    if (held.isDisposed) {
      // A hidden <Activity> unmounts its effects and keeps its state.
      setHeld(hold())
      return undefined
    }
    held.mounts += 1
    return () => {
      held.mounts -= 1
      // StrictMode unmounts each component once, and mounts it again in the same tick.
      queueMicrotask(() => {
        if (held.mounts > 0) return
        held.isDisposed = true
        held.store.dispose()
      })
    }
  }, [held])
  const { store, getInitial } = held
  const snapshot = useSyncExternalStore(
    store.subscribe,
    store.getSnapshot,
    // On a server, and for the first render in the page, which must be the same.
    getInitial as () => Snapshot,
  )
  return [store, snapshot]
}
