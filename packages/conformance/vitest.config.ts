import { mergeConfig } from 'vitest/config'
import shared from '../../.config/vitest.ts'

/** src/runtimes is what the runtimes run by themselves. */
export default mergeConfig(shared, { test: { include: ['src/*.test.ts'] } })
