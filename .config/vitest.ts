import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** What every package's tests share: sources instead of builds, and a report that CI adds up. */
const config: ViteUserConfig = defineConfig({
  ssr: {
    // Vite's own list for servers, after ours: naming one condition drops the defaults.
    resolve: { conditions: ['@vectrade/source', 'module', 'node', 'development|production'] },
  },
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/report.json' },
    testTimeout: 60_000,
  },
})

export default config
