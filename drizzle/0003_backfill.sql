-- Engagements of before were made for their teams; a person's default engagement is the first that they planned in.
update engagements set is_team_default = true where team_id is not null;
