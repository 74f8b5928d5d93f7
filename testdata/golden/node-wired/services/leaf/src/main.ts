import { routes } from "./app/routes.ts";
import { serve } from "./chassis/serve.ts";

await serve(routes);
