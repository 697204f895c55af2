import type { NextConfig } from 'next'

const config: NextConfig = {
  // Compression holds small events back. The handler of `createHandler` forbids it; the guide's route does not.
  compress: false,
}

export default config
