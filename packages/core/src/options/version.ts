/** The version every package of this release shares; sent as part of `User-Agent`. */
export const version: string = '0.0.0'
