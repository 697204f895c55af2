import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../.config/vitest.ts'

/** Vite must load GitHub's language service, because it imports JSON in a way that only bundlers allow. */
const config: ViteUserConfig = mergeConfig(shared, {
  test: { server: { deps: { inline: [/@actions/] } } },
})

export default config
