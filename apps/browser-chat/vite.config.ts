import { defaultClientConditions, defineConfig, type UserConfig } from 'vite'
import { openBackend } from './server/backend.ts'
import { endpoints } from './server/endpoints.ts'

const config: UserConfig = defineConfig({
  plugins: [endpoints(openBackend)],
  // Uses the sources of the packages, so that nothing has to be built first.
  resolve: { conditions: ['@vectrade/source', ...defaultClientConditions] },
})

export default config
