export declare function nestProjects(root: string): Readonly<Record<string, object>>;
