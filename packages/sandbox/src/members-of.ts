/**
 * Returns the members of a union of strings as a list. Pass the union as the type argument, as in
 * `membersOf<'fin' | 'rst'>({ fin: true, rst: true })`. The compiler reports a member that is
 * missing, and a name that is not a member.
 */
export function membersOf<Union extends string>(
  members: Readonly<Record<NoInfer<Union>, true>>,
): readonly Union[] {
  return Object.keys(members) as Union[]
}
