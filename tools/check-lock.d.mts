export declare function lockProblems(lock: {
  readonly packages: Readonly<Record<string, object>>;
}): readonly string[];
