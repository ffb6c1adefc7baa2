// What a refusal beside the API says: the same form as its errors.
export interface Problem {
  message?: string;
  extensions?: { code?: string; traceId?: string };
}

export function firstError(body: string): Problem {
  try {
    return (JSON.parse(body) as { errors?: Problem[] }).errors?.[0] ?? {};
  } catch {
    return {};
  }
}
