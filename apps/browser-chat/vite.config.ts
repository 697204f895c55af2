import { defaultClientConditions, defineConfig, type UserConfig } from 'vite'
import { analyzeEndpoint } from './server/analyze-endpoint.ts'
import { openBackend } from './server/backend.ts'

const config: UserConfig = defineConfig({
  plugins: [analyzeEndpoint(openBackend)],
  // Uses the sources of the packages, so that nothing has to be built first.
  resolve: { conditions: ['@vectrade/source', ...defaultClientConditions] },
})

export default config
