import { delay } from '@vectrade/test-kit/delay'
import { afterEach, beforeEach, expect } from 'vitest'

/** Fails every test of a file during which Node emits a warning, such as one about too many listeners. */
export function expectNoWarnings(): void {
  let warnings: Error[]
  const onWarning = (warning: Error): void => void warnings.push(warning)
  beforeEach(() => {
    warnings = []
    process.on('warning', onWarning)
  })
  afterEach(async () => {
    await delay(5)
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })
}
