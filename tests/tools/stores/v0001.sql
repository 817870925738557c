BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE audit (
	seq BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	who TEXT NOT NULL, 
	what TEXT NOT NULL, 
	about TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	previous TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,1795762596,'ada','case saved','CASE-1','{"sha256":"4c515f1675cd8b69e8a42d1c175ee022648dd5ac7827c129baf74d56c197515d","version":1}','0000000000000000000000000000000000000000000000000000000000000000','13ab7d3338b4b4b1b6f1ff691ab7d2137ca2644d23d4aba62fdc1f3fd9d6bcbf');
INSERT INTO "audit" VALUES(2,1795762596,'bo','case saved','CASE-1','{"sha256":"e9759a744de808f0422b457943433f9d6e0fcf19b1433f893b62219e29726c9c","version":2}','13ab7d3338b4b4b1b6f1ff691ab7d2137ca2644d23d4aba62fdc1f3fd9d6bcbf','b48993cc4d0abf230bc91ecf94c46585ddec5a0037601d5e72f138acf5045658');
INSERT INTO "audit" VALUES(3,1795762596,'ada','case saved','CASE-2','{"sha256":"02ea5c655291d37f85699362518b5d6724c5b4f1a774e4417563f4c0e3d35786","version":1}','b48993cc4d0abf230bc91ecf94c46585ddec5a0037601d5e72f138acf5045658','e24c3daab1d6b27bde729dac9ebaa012f31bbf5d4fe071e6e50fd5a3cfb42111');
INSERT INTO "audit" VALUES(4,1795762596,'ada','rfi drafted','CASE-1','{"subject":"C-10482"}','e24c3daab1d6b27bde729dac9ebaa012f31bbf5d4fe071e6e50fd5a3cfb42111','6144fbf0806b5e66aec01694905a7750782a8eb1d38288f477c52837cba9bbeb');
CREATE TABLE case_subjects (
	case_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	nr INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	PRIMARY KEY (case_id, version, nr), 
	FOREIGN KEY(case_id, version) REFERENCES cases (id, version)
);
INSERT INTO "case_subjects" VALUES('CASE-1',1,0,'C-10482');
INSERT INTO "case_subjects" VALUES('CASE-1',1,1,'C-2');
INSERT INTO "case_subjects" VALUES('CASE-1',2,0,'C-10482');
INSERT INTO "case_subjects" VALUES('CASE-1',2,1,'C-2');
INSERT INTO "case_subjects" VALUES('CASE-2',1,0,'C-3');
INSERT INTO "case_subjects" VALUES('CASE-2',1,1,'C-2');
CREATE TABLE cases (
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	saved_at BIGINT NOT NULL, 
	saved_by TEXT NOT NULL, 
	alert TEXT, 
	status TEXT NOT NULL, 
	recommendation TEXT NOT NULL, 
	versions TEXT NOT NULL, 
	content TEXT NOT NULL, 
	audit BIGINT NOT NULL, 
	PRIMARY KEY (id, version), 
	FOREIGN KEY(audit) REFERENCES audit (seq)
);
INSERT INTO "cases" VALUES('CASE-1',1,1740000000,1795762596,'ada','AL-1','draft','more information needed','{"casewright":"0.1.0","writer":"test","ledger":"none","typologies":"none","made_at":"2025-03-02T00:00:00Z","timezone":"UTC","currency":"USD"}','{"id":"CASE-1","alert":{"id":"AL-1","subject":"C-10482","at":1740000000,"title":"","rule":"","since":null,"source":"","reason":""},"subjects":[{"id":"C-10482","since":null,"until":null},{"id":"C-2","since":null,"until":null}],"role":"unknown","evidence":[{"id":"E1","tool":"account_profile","arguments":{},"query":"select 1","tables":[],"facts":[{"name":"inflow_usd","value":1250.0,"kind":"money","unit":"USD","about":"C-10482","side":"in"}],"status":"found","searched":"","truncated":"","reason":""}],"findings":[],"typologies":[],"narrative":{"sections":[{"title":"What happened","sentences":[{"text":"C-10482 received USD 1250.00.","evidence":["E1"],"opens":false}]}],"status":"draft"},"not_looked_at":[],"recommendation":"more information needed","versions":{"casewright":"0.1.0","writer":"test","ledger":"none","typologies":"none","made_at":"2025-03-02T00:00:00Z","timezone":"UTC","currency":"USD"}}',1);
INSERT INTO "cases" VALUES('CASE-1',2,1740000000,1795762596,'bo','AL-1','draft','more information needed','{"casewright":"0.1.0","writer":"test","ledger":"none","typologies":"none","made_at":"2025-03-02T00:00:00Z","timezone":"UTC","currency":"USD"}','{"id":"CASE-1","alert":{"id":"AL-1","subject":"C-10482","at":1740000000,"title":"","rule":"","since":null,"source":"","reason":""},"subjects":[{"id":"C-10482","since":null,"until":null},{"id":"C-2","since":null,"until":null}],"role":"unknown","evidence":[{"id":"E1","tool":"account_profile","arguments":{},"query":"select 1","tables":[],"facts":[{"name":"inflow_usd","value":1300.0,"kind":"money","unit":"USD","about":"C-10482","side":"in"}],"status":"found","searched":"","truncated":"","reason":""}],"findings":[],"typologies":[],"narrative":{"sections":[{"title":"What happened","sentences":[{"text":"C-10482 received USD 1300.00.","evidence":["E1"],"opens":false}]}],"status":"draft"},"not_looked_at":[],"recommendation":"more information needed","versions":{"casewright":"0.1.0","writer":"test","ledger":"none","typologies":"none","made_at":"2025-03-02T00:00:00Z","timezone":"UTC","currency":"USD"}}',2);
INSERT INTO "cases" VALUES('CASE-2',1,1740873600,1795762596,'ada',NULL,'draft','more information needed','{"casewright":"0.1.0","writer":"test","ledger":"none","typologies":"none","made_at":"2025-03-02T00:00:00Z","timezone":"UTC","currency":"USD"}','{"id":"CASE-2","alert":null,"subjects":[{"id":"C-3","since":null,"until":null},{"id":"C-2","since":null,"until":null}],"role":"unknown","evidence":[{"id":"E1","tool":"account_profile","arguments":{},"query":"select 1","tables":[],"facts":[{"name":"inflow_usd","value":1250.0,"kind":"money","unit":"USD","about":"C-3","side":"in"}],"status":"found","searched":"","truncated":"","reason":""}],"findings":[],"typologies":[],"narrative":{"sections":[{"title":"What happened","sentences":[{"text":"C-3 received USD 1250.00.","evidence":["E1"],"opens":false}]}],"status":"draft"},"not_looked_at":[],"recommendation":"more information needed","versions":{"casewright":"0.1.0","writer":"test","ledger":"none","typologies":"none","made_at":"2025-03-02T00:00:00Z","timezone":"UTC","currency":"USD"}}',3);
CREATE INDEX ix_audit_about ON audit (about);
CREATE INDEX ix_cases_alert ON cases (alert);
CREATE INDEX ix_case_subjects_subject ON case_subjects (subject);
CREATE TRIGGER audit_no_update before update on audit begin select raise(abort, 'the audit log is append-only'); end;
CREATE TRIGGER audit_no_delete before delete on audit begin select raise(abort, 'the audit log is append-only'); end;
COMMIT;
