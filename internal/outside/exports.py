"""Judges an export: OCSF by Prowler's models, ASFF by botocore's model of
Security Hub, JUnit by Jenkins's schema. Prints each fault, and how many items
were looked at on the last line."""
import json
import sys

kind, path = sys.argv[1], sys.argv[2]
faults = []


def ocsf(path):
    from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
    from pydantic import ValidationError
    items = json.load(open(path, encoding="utf-8"))
    for i, item in enumerate(items):
        try:
            ComplianceFinding.model_validate(item)
        except ValidationError as e:
            faults.append("%d: %s" % (i, e))
    return len(items)


def asff(path):
    import botocore.session
    from botocore.validate import ParamValidator
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    items = json.load(open(path, encoding="utf-8"))
    for start in range(0, len(items), 100):
        report = ParamValidator().validate({"Findings": items[start:start + 100]}, shape)
        if report.has_errors():
            faults.append(report.generate_report())
    return len(items)


def junit(path):
    import xmlschema
    schema = xmlschema.XMLSchema("testdata/junit-10.xsd")
    for e in schema.iter_errors(path):
        faults.append(str(e))
    return sum(1 for _ in xmlschema.XMLResource(path).root.iter("testcase"))


count = {"ocsf": ocsf, "asff": asff, "junit": junit}[kind](path)
for fault in faults:
    print(fault)
print(count)
sys.exit(1 if faults else 0)
