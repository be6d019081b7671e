-- Engagements of before were made for their teams, and everybody in the organization saw them.
update engagements e set is_team_default = true, updated_at = now()
 where e.team_id is not null and not e.is_team_default
   and not exists (select from engagements o where o.organization_id = e.organization_id and o.team_id = e.team_id
                      and (o.is_team_default or (o.created_at, o.id) < (e.created_at, e.id)));
--> statement-breakpoint
update engagements set settings = '{"access": "organization"}'::jsonb || settings, updated_at = now() where not settings ? 'access';
--> statement-breakpoint
-- A session whose team is known belongs where its team plans.
update planning_sessions s set engagement_id = e.id, updated_at = now() from engagements e
 where s.engagement_id is null and e.is_team_default and e.organization_id = s.organization_id and e.team_id = s.team_id;
--> statement-breakpoint
-- A person's default engagement is the first that they planned in; who has planned in none begins where everybody does.
update users u set default_engagement_id = first.engagement_id, updated_at = now()
  from (select distinct on (created_by) created_by, engagement_id from planning_sessions
         where created_by is not null and engagement_id is not null order by created_by, created_at, id) first
 where first.created_by = u.id and u.default_engagement_id is null;
--> statement-breakpoint
insert into engagements (id, organization_id, team_id, is_team_default, name, settings)
select gen_random_uuid(), u.organization_id, null, true, 'General', '{"epics": "issue", "approval": "anyone", "access": "organization"}'
  from users u where u.default_engagement_id is null group by u.organization_id
on conflict (organization_id, coalesce(team_id, '')) where is_team_default do nothing;
--> statement-breakpoint
update users u set default_engagement_id = e.id, updated_at = now() from engagements e
 where u.default_engagement_id is null and e.organization_id = u.organization_id and e.is_team_default and e.team_id is null;
--> statement-breakpoint
-- Every engagement has a default session: the oldest that people still see, or a first one.
update planning_sessions s set is_default = true, updated_at = now()
  from (select distinct on (engagement_id) id, engagement_id from planning_sessions
         where engagement_id is not null and deleted_at is null order by engagement_id, archived_at is not null, created_at, id) oldest
 where s.id = oldest.id and not exists (select from planning_sessions d where d.engagement_id = oldest.engagement_id and d.is_default);
--> statement-breakpoint
with made as (
  insert into planning_sessions (id, organization_id, engagement_id, is_default, planning_title, team_id, prompt, work, status, step, last_seq)
  select gen_random_uuid(), e.organization_id, e.id, true, 'Planning', e.team_id,
         '{"texts": [], "delegated": false, "appUserId": null, "issue": null}', '{}', 'pending', 'read-page', 1
    from engagements e where not exists (select from planning_sessions d where d.engagement_id = e.id and d.is_default)
  returning id, organization_id)
insert into session_events (session_id, seq, organization_id, type, body, actor)
select id, 1, organization_id, 'session_created', '{"title": "Planning", "description": null, "participants": []}', 'agent' from made;
