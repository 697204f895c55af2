import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** The settings for the tests of every package: sources instead of builds, and a report that CI adds up. */
const config: ViteUserConfig = defineConfig({
  ssr: {
    // Our condition, then Vite's own list for servers, because a list of conditions replaces the defaults.
    resolve: { conditions: ['@vectrade/source', 'module', 'node', 'development|production'] },
  },
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/report.json' },
    testTimeout: 60_000,
  },
})

export default config
