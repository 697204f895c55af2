import { appendFileSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMaintainer, type Maintainer, page, setInRootManifest } from './maintainer.ts'
import { leadsSomewhere, linksIn, unpack } from './published.ts'
import { type PublishedManifest, type Registry, startRegistry } from './registry.ts'
import { runWell } from './run.ts'
import {
  createUser,
  firstSnippet,
  type PackageManager,
  type RunningSandbox,
  type User,
} from './user.ts'

/** The commands of CONTRIBUTING.md, in its order. */
const documented = [
  'npx -y pnpm@12 version-packages',
  "git add --all && git commit --message 'Version packages'",
  'npx -y pnpm@12 build',
  'npx -y pnpm@12 release',
  'npx -y pnpm@12 release:jsr',
  'git push --follow-tags',
]

interface Manifest {
  name: string
  version: string
  private?: boolean
}

let registry: Registry
let maintainer: Maintainer
let names: string[]
let before: string
let version: string

beforeAll(async () => {
  const options = { cwd: import.meta.dirname, env: process.env }
  const configured = await runWell('npm', ['config', 'get', 'registry'], options)
  registry = await startRegistry(configured.trim())
  maintainer = await createMaintainer(registry.url)
  const packages = manifests().filter((manifest) => manifest.private !== true)
  names = packages.map(({ name }) => name)
  before = packages[0]!.version
})

afterAll(async () => {
  maintainer?.[Symbol.dispose]()
  await registry?.[Symbol.asyncDispose]()
})

function manifests(): Manifest[] {
  return globSync('packages/*/package.json', { cwd: maintainer.repository })
    .toSorted()
    .map((file) => JSON.parse(readFileSync(join(maintainer.repository, file), 'utf8')) as Manifest)
}

async function expectNothingPublished(): Promise<void> {
  for (const name of names) expect(await registry.read(name)).toBeUndefined()
  expect(await maintainer.git('tag')).toBe('')
}

async function readPublished(name: string): Promise<PublishedManifest> {
  const manifest = (await registry.read(name))?.versions[version]
  if (manifest === undefined) throw new Error(`${name}@${version} is not published`)
  return manifest
}

/** Returns the packages that users install beside these ones. */
async function peersOf(packages: readonly string[]): Promise<string[]> {
  const published = await Promise.all(packages.map(readPublished))
  const peers = published.flatMap(({ peerDependencies = {} }) => Object.keys(peerDependencies))
  return [...new Set(peers)].filter((name) => !packages.includes(name))
}

test('CONTRIBUTING names the steps that are tested here', () => {
  const text = readFileSync(join(maintainer.repository, 'CONTRIBUTING.md'), 'utf8')
  const [, block = ''] = /## Releases\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(text) ?? []
  const commands = block.trimEnd().split('\n')
  expect(commands.map((line) => line.replace(/ +#.*/, ''))).toEqual(documented)
})

test('a release that cannot succeed lists everything that is missing, and publishes nothing', async () => {
  const file = join(maintainer.repository, 'packages/core/package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  writeFileSync(file, JSON.stringify({ ...manifest, version: '999.0.0' }))
  const { code, output } = await maintainer.script('release')
  expect(code).toBe(1)
  expect(output).toContain('`repository` in the root package.json is empty')
  expect(output).toContain('`homepage` and `bugs`')
  expect(output).toContain('run `npx -y pnpm@12 version-packages`')
  expect(output).toContain('Files are not committed: packages/core/package.json.')
  expect(output).toContain('set `git config user.name` and `user.email`')
  expect(output).toContain(`No credential for ${registry.url}: set NPM_TOKEN`)
  await expectNothingPublished()
})

test('the version step gives all packages one new version', async () => {
  await maintainer.git('checkout', '--quiet', '.')
  await maintainer.git('config', 'user.name', 'A maintainer')
  await maintainer.git('config', 'user.email', 'maintainer@example.com')
  setInRootManifest(maintainer.repository, { repository: page })
  const { code, output } = await maintainer.script('version-packages')
  expect(code, output).toBe(0)

  const packages = manifests().filter((manifest) => manifest.private !== true)
  version = packages[0]!.version
  expect(version).not.toBe(before)
  expect(packages.map((manifest) => manifest.version)).toEqual(names.map(() => version))
  const source = readFileSync(
    join(maintainer.repository, 'packages/core/src/options/version.ts'),
    'utf8',
  )
  expect(source).toContain(`version: string = '${version}'`)
  await maintainer.git('add', '--all')
  await maintainer.git('commit', '--quiet', '--message', 'Version packages')
})

test('a release without a credential publishes nothing', async () => {
  const { code, output } = await maintainer.script('release', '--provenance')
  expect(code).toBe(1)
  expect(output).toContain('--provenance is for CI jobs')
  expect(output).toContain(`- No credential for ${registry.url}: set NPM_TOKEN`)
  await expectNothingPublished()
})

test('a release for JSR without a credential publishes nothing', async () => {
  const { code, output } = await maintainer.script('release:jsr')
  expect(code).toBe(1)
  expect(output).toContain('No credential for JSR: set JSR_TOKEN')
})

describe('a release that stops halfway', () => {
  test('says what is published and what is not, and sets no tag', async () => {
    maintainer.logIn('home', registry.token)
    const built = await maintainer.script('build')
    expect(built.code, built.output).toBe(0)
    await registry.refuse('@vectrade/redis')
    const { code, output } = await maintainer.script('release')
    expect(code).toBe(1)
    expect(output).toContain('@vectrade/redis was not published')
    expect(output).toMatch(/Published: @vectrade\/core,.*@vectrade\/react\n/)
    expect(output).toMatch(/Not published: @vectrade\/redis,.*@vectrade\/sdk\n/)
    expect((await registry.read('@vectrade/core'))?.['dist-tags']).toEqual({ latest: version })
    expect(await registry.read('@vectrade/sdk')).toBeUndefined()
    expect(await maintainer.git('tag')).toBe('')
    expect(await maintainer.git('status', '--porcelain')).toBe('')
  })

  test('cannot be finished from another commit', async () => {
    await registry.refuse()
    appendFileSync(join(maintainer.repository, 'packages/core/README.md'), '\nAnother end.\n')
    await maintainer.git('commit', '--quiet', '--all', '--message', 'Another commit')
    const { code, output } = await maintainer.script('release')
    expect(code).toBe(1)
    expect(output).toContain('the registry already has this version, with other files')
    expect(output).toContain('@vectrade/core: README.md')
    expect(await registry.read('@vectrade/redis')).toBeUndefined()
    await maintainer.git('reset', '--quiet', '--hard', 'HEAD~1')
  })

  test('is finished by a second run', async () => {
    maintainer.logOut()
    maintainer.logIn('checkout', registry.token)
    const { code, output } = await maintainer.script('release')
    expect(code, output).toBe(0)
    for (const name of names) {
      expect((await registry.read(name))?.['dist-tags']).toEqual({ latest: version })
    }
    const tags = (await maintainer.git('tag')).trim().split('\n')
    expect(tags.toSorted()).toEqual(names.map((name) => `${name}@${version}`))
  })

  test('then has nothing more to do', async () => {
    maintainer.logOut()
    const { code, output } = await maintainer.script('release')
    expect(code, output).toBe(0)
    expect(output).toContain('nothing to do')
  })
})

test('the release for JSR passes its dry run', async () => {
  const { code, output } = await maintainer.script('release:jsr', '--dry-run')
  expect(code, output).toBe(0)
  expect(output).toContain(`Simulating publish of @vectrade/deno@${version}`)
})

test('a push includes the tags', async () => {
  await maintainer.git('push', '--quiet', '--follow-tags', '--set-upstream', 'origin', 'main')
  const tags = await maintainer.git('ls-remote', '--tags', 'origin')
  for (const name of names) expect(tags).toContain(`refs/tags/${name}@${version}`)
})

describe('a published package', () => {
  test('has the one version, and depends on that version of the others', async () => {
    for (const name of names) {
      const { dependencies = {}, peerDependencies = {}, ...manifest } = await readPublished(name)
      expect(manifest.version).toBe(version)
      for (const [dependency, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
        expect(range, `${name} → ${dependency}`).toMatch(/^[\^~]?\d[\d.]*( \|\| [\^~]?\d[\d.]*)*$/)
        if (dependency.startsWith('@vectrade/')) expect(range).toBe(version)
      }
      expect(JSON.stringify(manifest), name).not.toMatch(/workspace:|catalog:/)
      expect(manifest['devDependencies'], name).toBeUndefined()
    }
  })

  test('has the addresses of the repository', async () => {
    for (const name of names) {
      const manifest = await readPublished(name)
      expect(manifest).toMatchObject({
        author: 'VecTrade',
        license: 'MIT',
        homepage: `${page}#readme`,
        bugs: { url: `${page}/issues` },
        repository: {
          type: 'git',
          url: `git+${page}.git`,
          directory: name.replace('@vectrade/', 'packages/'),
        },
      })
      expect(manifest['keywords'], name).toContain('vectrade')
    }
  })

  test('has a license, a changelog, and a README whose links work', async () => {
    for (const name of names) {
      const folder = await unpack(await readPublished(name), maintainer.folder)
      expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toContain('MIT License')
      expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${version}\n`)
      const links = linksIn(join(folder, 'README.md'))
      expect(links.filter((link) => !/^(?:https:|#)/.test(link))).toEqual([])
      const ours = links.filter((link) => link.startsWith(page))
      const paths = ours.map((link) => link.replace(`${page}/blob/HEAD/`, ''))
      const lost = paths.filter((path) => !leadsSomewhere(path, maintainer.repository))
      expect(lost, name).toEqual([])
    }
  })

  test('has every file that it names, and no test', async () => {
    for (const name of names) {
      const folder = await unpack(await readPublished(name), maintainer.folder)
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object
      const targets = JSON.stringify(manifest).match(/(?<=")\.\/(?:dist|src)[^"*]*(?=")/g) ?? []
      expect(targets.length, name).toBeGreaterThan(0)
      expect(
        targets.filter((file) => !existsSync(join(folder, file))),
        name,
      ).toEqual([])
      expect(globSync('**/{*.test.*,test-support,fixtures}', { cwd: folder }), name).toEqual([])
    }
  })
})

describe('installed by name', () => {
  let user: User
  let sandbox: RunningSandbox
  beforeAll(async () => {
    user = createUser(registry.url)
    sandbox = await user.startSandbox()
  })
  afterAll(async () => {
    await sandbox?.[Symbol.asyncDispose]()
    user?.[Symbol.dispose]()
  })

  test.for<PackageManager>(['npm', 'pnpm', 'yarn'])(
    'with %s, all packages work',
    async (manager) => {
      const project = user.createProject(manager)
      const installed = [...names, ...(await peersOf(names))].toSorted()
      const { code, output } = await user.install(manager, project, installed)
      expect(code, output).toBe(0)
      const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
        dependencies: Record<string, string>
      }
      expect(Object.keys(dependencies).toSorted()).toEqual(installed)

      const imports = `for (const name of ${JSON.stringify(names)}) {
      if (Object.keys(await import(name)).length === 0) throw new Error(name)
    }
    console.log((await import('@vectrade/core')).version)`
      expect(await user.runProgram(manager, project, imports)).toBe(`${version}\n`)

      const snippet = firstSnippet(join(maintainer.repository, 'README.md'))
      const answer = await user.runProgram(manager, project, snippet, {
        VECTRADE_BASE_URL: sandbox.url,
        VECTRADE_API_KEY: sandbox.apiKey,
      })
      expect(answer).toMatch(/^## The bull case: NVDA\n/)
    },
  )
})
