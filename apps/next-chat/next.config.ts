import type { NextConfig } from 'next'

const config: NextConfig = {
  // Compression delays small events. `createHandler` prevents it with a header, but the guide's route does not.
  compress: false,
}

export default config
