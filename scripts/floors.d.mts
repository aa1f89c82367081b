export declare const floors: readonly (readonly string[])[]
export declare const banned: Readonly<Record<string, readonly string[]>>
