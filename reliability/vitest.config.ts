import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../.config/vitest.ts'

/** Runs two proofs at a time. Most of them wait, and their limits allow for a busy machine. */
export default mergeConfig(
  shared,
  defineConfig({ test: { maxWorkers: 2, testTimeout: 1_800_000, hookTimeout: 1_800_000 } }),
)
