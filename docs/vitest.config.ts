import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import shared from '../.config/vitest.ts'

/** Compiling all examples takes a while, and each runs as its own program. */
const config: ViteUserConfig = mergeConfig(shared, { test: { testTimeout: 300_000 } })

export default config
