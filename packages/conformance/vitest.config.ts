import { mergeConfig } from 'vitest/config'
import shared from '../../.config/vitest.ts'

/** src/runtimes is what the runtimes run by themselves. */
export default mergeConfig(shared, {
  test: {
    expect: { poll: { timeout: 10_000 } },
    include: ['src/*.test.ts', 'src/http-cases/*.test.ts'],
  },
})
