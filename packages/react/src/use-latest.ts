import { useCallback, useEffect, useRef } from 'react'

/** Returns a function that never changes, and that calls the function of the last render. */
export function useLatest<Argument>(
  callback: ((argument: Argument) => void) | undefined,
): (argument: Argument) => void {
  const latest = useRef(callback)
  useEffect(() => {
    latest.current = callback
  })
  return useCallback((argument) => latest.current?.(argument), [])
}
