import { mergeConfig } from 'vitest/config'
import shared from '../../.config/vitest.ts'

/** Runs the suite itself, in a version of Node that src/launch/node.ts starts. */
export default mergeConfig(shared, {
  test: { include: ['src/runtimes/node.test.ts'], testTimeout: 150_000 },
})
