import { mergeConfig } from 'vitest/config'
import shared from '../../.config/vitest.ts'

/** For the Nodes that ../../.config/vitest.ts does not run on: the suite itself, by src/launch/node.ts. */
export default mergeConfig(shared, {
  test: { include: ['src/runtimes/node.test.ts'], testTimeout: 90_000 },
})
