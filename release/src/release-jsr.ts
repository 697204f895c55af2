// `npx -y pnpm@12 release:jsr` publishes the packages for Deno on JSR. `--dry-run` only tries it. If a run
// stops halfway, run it again: JSR skips the packages that it already has.
import { join } from 'node:path'
import process from 'node:process'
import { jsrCredentialProblem } from './jsr-credential.ts'
import { main } from './main.ts'
import { readMetadata } from './metadata.ts'
import { sourceProblems } from './plan.ts'
import { ReleaseError } from './release-error.ts'
import { runVisibly } from './run.ts'
import { readManifest, readPublicPackages, root } from './workspace.ts'

await main(async () => {
  const flags = process.argv.slice(2)
  const isTrial = flags.includes('--dry-run')
  const problems = await sourceProblems(root, readPublicPackages(root))
  const credential = isTrial ? undefined : jsrCredentialProblem(process.env, process.stdin.isTTY)
  if (credential !== undefined) problems.push(credential)
  if (problems.length > 0) {
    const error = new ReleaseError(isTrial ? 'Problems:' : 'Nothing was published:', problems)
    if (!isTrial) throw error
    console.log(error.message)
  }

  const rootManifest = readManifest(root)
  const page = rootManifest['repository'] ? ['--page', readMetadata(rootManifest).page] : []
  const { JSR_TOKEN } = process.env
  const token = JSR_TOKEN ? ['--token', JSR_TOKEN] : []
  await runVisibly('node', ['publish-jsr.ts', ...page, ...token, ...flags], {
    cwd: join(root, 'packages/deno'),
  })
})
