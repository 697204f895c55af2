// Turns changesets into the text of CHANGELOG.md, for the setting `changelog` of changesets. Its default
// adds commit hashes and a line about dependencies for every changeset, which do not help readers.

interface Changeset {
  summary: string
}

interface UpdatedDependency {
  name: string
  newVersion: string
}

export function getReleaseLine({ summary }: Changeset): string {
  const [first = '', ...rest] = summary.split('\n').map((line) => line.trimEnd())
  return [`- ${first}`, ...rest.map((line) => (line === '' ? '' : `  ${line}`))].join('\n')
}

export function getDependencyReleaseLine(
  _changesets: Changeset[],
  dependencies: UpdatedDependency[],
): string {
  if (dependencies.length === 0) return ''
  const list = dependencies.map(({ name, newVersion }) => `  - ${name}@${newVersion}`)
  return ['- Updated dependencies', ...list].join('\n')
}
