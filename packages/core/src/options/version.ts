/** The version of this package and of all others of the release. It is sent as part of `User-Agent`. */
export const version: string = '0.0.0'
