import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../../.config/vitest.ts'

const config: ViteUserConfig = mergeConfig(shared, {
  test: { globalSetup: 'test/support/build-page.ts' },
})

export default config
