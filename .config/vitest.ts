import { join } from 'node:path'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** The settings for the tests of every package: sources instead of builds, and a report that CI adds up. */
const config: ViteUserConfig = defineConfig({
  ssr: {
    // Our condition, then Vite's own list for servers, because a list of conditions replaces the defaults.
    resolve: { conditions: ['@vectrade/source', 'module', 'node', 'development|production'] },
  },
  test: {
    // Programs that tests start on Node keep their compiled sources here. That halves their CPU time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/node-compile') },
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/report.json' },
    // The limits are for a busy machine: ten times what a test takes when it has the machine for itself.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // CI repeats the message of each failure, so it must show the values and not `[ Array(1) ]`.
    chaiConfig: { truncateThreshold: 500 },
  },
})

export default config
