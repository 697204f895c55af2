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
  /** Whether its component was unmounted, and is not mounted again. */
  isUnmounted: boolean
  isDisposed: boolean
}

/**
 * Returns a store that lives as long as the component, and its current snapshot. If one of the keys changes, the store is
 * replaced. Creating a store must have no effects, because React may drop what it renders.
 *
 * @param isActive whether the store must be disposed of when the component is unmounted. Any other store is kept, because
 *   a hidden `<Activity>` unmounts its effects and keeps its state
 */
export function useStore<Snapshot, S extends Store<Snapshot>>(
  keys: readonly unknown[],
  create: () => S,
  isActive: (snapshot: Snapshot) => boolean,
): [store: S, snapshot: Snapshot, isUnmounted: () => boolean] {
  const hold = (): Held<S> => {
    const store = create()
    const initial = store.getSnapshot()
    return {
      keys,
      store,
      getInitial: () => initial,
      mounts: 0,
      isUnmounted: false,
      isDisposed: false,
    }
  }
  const [state, setHeld] = useState(hold)
  let held = state
  if (keys.some((key, at) => !Object.is(key, held.keys[at]))) {
    held = hold()
    setHeld(held)
  }
  useEffect(() => {
    if (held.isDisposed) {
      setHeld(hold())
      return undefined
    }
    held.mounts += 1
    held.isUnmounted = false
    return () => {
      held.mounts -= 1
      // StrictMode unmounts each component once, and mounts it again in the same tick.
      queueMicrotask(() => {
        if (held.mounts > 0) return
        held.isUnmounted = true
        if (!isActive(held.store.getSnapshot())) return
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
  return [store, snapshot, () => held.isUnmounted]
}
