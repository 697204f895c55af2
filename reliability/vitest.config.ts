import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../.config/vitest.ts'

/** Runs one proof at a time. Simultaneous proofs would disturb each other's figures. */
export default mergeConfig(
  shared,
  defineConfig({ test: { fileParallelism: false, testTimeout: 600_000, hookTimeout: 600_000 } }),
)
