import { mergeConfig } from 'vitest/config'
import shared from '../../.config/vitest.ts'

/** The tests in src/runtimes are missing here, because each runtime runs them by itself. */
export default mergeConfig(shared, {
  test: {
    // Of the runtimes.
    maxConcurrency: 3,
    include: ['src/*.test.ts', 'src/{http-cases,integration}/*.test.ts'],
  },
})
