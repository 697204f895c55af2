import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Runs one file at a time, because each of these tests keeps several processes busy. */
const config: ViteUserConfig = defineConfig({
  test: {
    // The fixtures have tests for their own test runners.
    exclude: ['**/node_modules/**', 'fixtures/**', 'tmp/**'],
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/report.json' },
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    fileParallelism: false,
    maxConcurrency: 2,
    chaiConfig: { truncateThreshold: 500 },
    globalSetup: 'test-support/install-packages.ts',
  },
})

export default config
