import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../.config/vitest.ts'

/** One proof at a time: several at once would measure each other. */
export default mergeConfig(
  shared,
  defineConfig({ test: { fileParallelism: false, testTimeout: 600_000, hookTimeout: 600_000 } }),
)
