/* A file on its way into the trail, a little at a time between everything else. */
#include "firmware-app/agent.h"
#include "firmware-app/attaching.h"

int
fv_agent_attach_fd(const struct fv_agent *agent)
{
	return agent->app.attaching != NULL ? fv_attaching_fd(agent->app.attaching) : -1;
}

static void
fill(struct fv_reply *reply, void *ctx)
{
	fv_attaching_tell(ctx, reply);
}

void
fv_agent_attach(struct fv_agent *agent)
{
	struct fv_attaching *a = agent->app.attaching;

	if (a == NULL)
		return;
	agent->busy_at_ms = fv_agent_now(agent);
	if (!fv_attaching_step(a))
		return;
	fv_agent_answer(agent, FV_WAIT_ATTACH, fill, a);
	fv_agent_drop_attach(agent);
}

void
fv_agent_drop_attach(struct fv_agent *agent)
{
	fv_attaching_free(agent->app.attaching);
	agent->app.attaching = NULL;
}
