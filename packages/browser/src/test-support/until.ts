import { vi } from 'vitest'

/** Waits until a check no longer throws, also on a busy machine. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000, interval: 5 })
}
