import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** One file at a time: each of these tests keeps several processes busy. */
const config: ViteUserConfig = defineConfig({
  test: {
    // Tests of the fixtures' own are for the fixtures' own runners.
    exclude: ['**/node_modules/**', 'fixtures/**', 'tmp/**'],
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/report.json' },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    maxConcurrency: 2,
    globalSetup: 'test-support/install-packages.ts',
  },
})

export default config
