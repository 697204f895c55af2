// How changesets become a CHANGELOG.md, for changesets' `changelog` setting. Its own default adds
// commit hashes and a line about dependencies for every changeset; readers have use for neither.

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
