import { type RunningProgram, startProgram } from './start-program.ts'

/**
 * Starts Caddy with one site, on a free port, without TLS.
 *
 * @param site the content of the site's block, such as `reverse_proxy`
 */
export function startCaddy(site: string): Promise<RunningProgram> {
  return startProgram(
    {
      title: 'Caddy',
      variable: 'VECTRADE_CADDY',
      commands: ['caddy'],
      debianPackage: 'caddy',
    },
    {
      configuration: (port) => `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
${site}
}
`,
      args: (_, file) => ['run', '--adapter', 'caddyfile', '--config', file],
      portIsTaken: /address already in use/,
    },
  )
}
