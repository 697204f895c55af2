import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { relativeLinks } from './absolute-links.ts'
import { filesIn } from './tarball.ts'
import { hasEntry } from './versions.ts'
import { type Manifest, readManifest } from './workspace.ts'

const requiredFiles = ['README.md', 'LICENSE', 'CHANGELOG.md']
const requiredFields = [
  'description',
  'keywords',
  'author',
  'license',
  'homepage',
  'bugs',
  'repository',
]
/** Fields that name files of the package, at any depth. */
const fileFields = ['main', 'module', 'types', 'browser', 'bin', 'exports', 'typesVersions']

/** Returns the problems of an unpacked package that is about to be published. */
export function packageProblems(folder: string, version: string): string[] {
  const manifest = readManifest(folder)
  const files = filesIn(folder)
  return [
    ...requiredFiles.filter((file) => !files.includes(file)).map((file) => `${file} is missing.`),
    ...(hasEntry(folder, version) ? [] : [`CHANGELOG.md has no entry for ${version}.`]),
    ...requiredFields
      .filter((field) => isEmpty(manifest[field]))
      .map((field) => `\`${field}\` in package.json is empty.`),
    ...rangeProblems(manifest, version),
    ...fileFields
      .flatMap((field) => targets(manifest[field]))
      .filter((target) => !target.includes('*') && !files.includes(target.replace(/^\.\//, '')))
      .map((target) => `package.json names ${target}, which is not in the package.`),
    ...readmeLinks(folder).map((link) => `The README links to ${link}, which is not absolute.`),
    ...files
      .filter((file) => /\.test(?:-d)?\.ts$|(?:^|\/)(?:fixtures|test-support)\//.test(file))
      .map((file) => `${file} belongs to a test, but would be published.`),
  ]
}

function rangeProblems(manifest: Manifest, version: string): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifest
  const ranges = Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies })
  return ranges.flatMap(([name, range]) => {
    if (/^(?:workspace|catalog|link|file|portal):/.test(range)) {
      return [`The range of ${name} is "${range}", which works only in this repository.`]
    }
    return name.startsWith('@vectrade/') && range !== version
      ? [`The range of ${name} is "${range}", but must be ${version}.`]
      : []
  })
}

/** Returns the paths in a field such as `exports`. */
function targets(field: unknown): string[] {
  if (typeof field === 'string') return [field]
  if (typeof field !== 'object' || field === null) return []
  return Object.values(field).flatMap(targets)
}

function readmeLinks(folder: string): string[] {
  const file = join(folder, 'README.md')
  return existsSync(file) ? relativeLinks(readFileSync(file, 'utf8')) : []
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) {
    const values = Object.values(value)
    return values.length === 0 || values.some(isEmpty)
  }
  return value === undefined || value === null || value === ''
}
