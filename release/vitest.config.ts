import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../.config/vitest.ts'

/** GitHub's language service imports JSON the way bundlers allow: Vite has to be the one to load it. */
const config: ViteUserConfig = mergeConfig(shared, {
  test: { server: { deps: { inline: [/@actions/] } } },
})

export default config
