"""Checks infra/template.yaml without an AWS account and without a network.

cfn-lint and `sam validate --lint` see what is wrong in itself. What AWS would refuse only on
deployment (limits, a missing permission), and what this stack promises (rights, retention,
nothing lost with the stack), is asserted on what SAM's own translator makes of the template.
"""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

# The tools want a region, whichever, and must find no credentials to use.
os.environ.update(
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ACCESS_KEY_ID="none",
    AWS_SECRET_ACCESS_KEY="none",
    AWS_EC2_METADATA_DISABLED="true",
    SAM_CLI_TELEMETRY="0",
)

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).with_name("template.yaml")
TOOLS = Path(sys.executable).parent

MAX_API_RESOURCES = 300
MAX_STACK_RESOURCES = 500
MAX_ROLE_POLICY_CHARACTERS = 10_240
MAX_ENVIRONMENT_BYTES = 4_096
# Generated names carry the stack's name, and 27 of them stand in each function's environment.
LONGEST_STACK_NAME = "s" * 40

failures = []


def check(condition, message):
    if not condition:
        failures.append(message)


class Warnings(logging.Handler):
    """Makes a failure of each warning that the translator logs."""

    def emit(self, record):
        # The toggles come from AppConfig, which only the hosted translator has.
        if record.name != "samtranslator.feature_toggle.feature_toggle":
            failures.append(f"translator: {record.getMessage()}")


def lint():
    for command in (
        [TOOLS / "cfn-lint", "--include-checks", "I", "--template", TEMPLATE],
        [TOOLS / "sam", "validate", "--lint", "--template-file", TEMPLATE],
    ):
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        name = " ".join([command[0].name, *command[1:-2]])
        print(f"{name}: {run.stdout.strip() or 'no findings'}")
        check(run.returncode == 0, f"{name} ended with {run.returncode}")


def translate():
    """The resources that CloudFormation gets to see."""
    template = yaml_parse(TEMPLATE.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            source = TEMPLATE.parent / resource["Properties"]["CodeUri"]
            check((source / "Cargo.toml").is_file(), f"{source} is no package")
            # The translator takes only what `sam package` has uploaded.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    logging.getLogger("samtranslator").addHandler(Warnings(logging.WARNING))
    session = boto3.session.Session()
    return Translator({}, Parser(), boto_session=session).translate(template, {})["Resources"]


def of_type(resources, kind):
    return {name: r for name, r in resources.items() if r["Type"] == f"AWS::{kind}"}


def attribute_of(value):
    """The logical id in `!GetAtt X.Arn`."""
    return value["Fn::GetAtt"][0]


def check_api(resources):
    (api,) = of_type(resources, "ApiGateway::RestApi").values()
    check(len(of_type(resources, "ApiGateway::Stage")) == 1, "the API has a second stage")
    paths = api["Properties"]["Body"]["paths"]

    nodes = {()}
    for path in paths:
        segments = tuple(path.strip("/").split("/")) if path != "/" else ()
        nodes.update(segments[:length] for length in range(1, len(segments) + 1))
    check(len(nodes) <= MAX_API_RESOURCES, f"{len(nodes)} API resources of {MAX_API_RESOURCES}")

    variables = {}
    for *parent, last in filter(None, nodes):
        if re.fullmatch(r"\{\w+\}", last):
            variables.setdefault(tuple(parent), set()).add(last)
    for parent, names in variables.items():
        check(len(names) == 1, f"/{'/'.join(parent)} has siblings {sorted(names)}")

    served = set()
    for path, item in paths.items():
        method = item["x-amazon-apigateway-any-method"]
        declared = [p["name"] for p in method.get("parameters", ())]
        check(declared == re.findall(r"\{(\w+)\+?\}", path), f"{path} declares {declared}")
        uri = method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        served.update(re.findall(r"\$\{(\w+)\.Arn\}", uri))
    check("/{proxy+}" in paths, "unknown paths would get the gateway's own answer")
    return len(nodes), len(paths), served


def check_functions(resources, served):
    functions = of_type(resources, "Lambda::Function")
    roles = of_type(resources, "IAM::Role")
    tables = of_type(resources, "DynamoDB::Table")

    permitted = [r["Properties"]["FunctionName"]["Ref"] for r in of_type(resources, "Lambda::Permission").values()]
    check(sorted(permitted) == sorted(functions), f"permissions for {sorted(permitted)}")
    check(served <= set(functions), f"routes lead to {sorted(served - set(functions))}")
    scheduled = {
        attribute_of(target["Arn"])
        for rule in of_type(resources, "Events::Rule").values()
        for target in rule["Properties"]["Targets"]
    }
    check(scheduled == {"SweeperFunction"}, f"scheduled are {sorted(scheduled)}")
    check(served | scheduled == set(functions), f"nobody calls {sorted(set(functions) - served - scheduled)}")

    watched = {
        (alarm["Properties"]["MetricName"], dimension["Value"]["Ref"])
        for alarm in of_type(resources, "CloudWatch::Alarm").values()
        for dimension in alarm["Properties"]["Dimensions"]
    }
    for name, function in functions.items():
        properties = function["Properties"]
        for metric in ("Errors", "Throttles"):
            check((metric, name) in watched, f"{name} has no alarm on {metric}")

        group = properties["LoggingConfig"]["LogGroup"]["Ref"]
        check("RetentionInDays" in resources[group]["Properties"], f"{name} keeps its log for ever")
        check_role(name, roles[attribute_of(properties["Role"])]["Properties"], group)

        variables = properties["Environment"]["Variables"]
        references = {value["Ref"] for value in variables.values() if isinstance(value, dict)}
        check(set(tables) <= references, f"{name} is not told of {sorted(set(tables) - references)}")
        size = sum(len(key) + len(longest(value)) for key, value in variables.items())
        check(size < MAX_ENVIRONMENT_BYTES, f"the environment of {name} may be {size} bytes")
    return len(functions)


def longest(value):
    """A variable's text, where CloudFormation makes it up: stack, logical id, 13 characters."""
    return value if isinstance(value, str) else f"{LONGEST_STACK_NAME}-{value['Ref']}-{'X' * 13}"


def check_role(name, role, log_group):
    size = sum(len(json.dumps(p["PolicyDocument"], separators=(",", ":"))) for p in role["Policies"])
    check(size < MAX_ROLE_POLICY_CHARACTERS, f"the policies of {name} have {size} characters")

    policies = {p["PolicyName"]: p["PolicyDocument"]["Statement"] for p in role["Policies"]}
    check(set(policies) == {"data", "logs"}, f"{name} has policies {sorted(policies)}")
    check([attribute_of(r) for s in policies["logs"] for r in s["Resource"]] == [log_group], f"{name} writes elsewhere")
    granted = []
    for statement in policies["data"]:
        check(statement["Effect"] == "Allow", f"{name}: only what is allowed is written down")
        for action in statement["Action"]:
            check("*" not in action and action != "dynamodb:Scan", f"{name} may {action}")
            granted += [(action, json.dumps(resource)) for resource in statement["Resource"]]
        check("*" not in statement["Resource"], f"{name} names no resource in {statement['Action']}")
    check(len(granted) == len(set(granted)), f"{name} is granted something twice")


def check_data(resources):
    tables = of_type(resources, "DynamoDB::Table")
    for name, table in tables.items():
        properties = table["Properties"]
        check(properties["BillingMode"] == "PAY_PER_REQUEST", f"{name} is not on demand")
        check(properties["SSESpecification"]["SSEEnabled"], f"{name} has no key of the account")
        recovery = properties["PointInTimeRecoverySpecification"]
        check(recovery["PointInTimeRecoveryEnabled"], f"{name} cannot be restored")
        check("TableName" not in properties, f"{name} could not be replaced")
    kept = {**tables, **of_type(resources, "S3::Bucket"), **of_type(resources, "KMS::Key")}
    for name, resource in kept.items():
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            check(resource.get(policy) == "Retain", f"{name} has no {policy}: Retain")
    return len(tables)


def main():
    lint()
    resources = translate()
    check(len(resources) <= MAX_STACK_RESOURCES, f"{len(resources)} resources of {MAX_STACK_RESOURCES}")
    nodes, routes, served = check_api(resources)
    functions = check_functions(resources, served)
    tables = check_data(resources)
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    if failures:
        sys.exit(1)
    print(
        f"translated: {len(resources)} resources, {functions} functions, {routes} routes on {nodes} "
        f"API resources, {tables} tables; all checks hold"
    )


if __name__ == "__main__":
    main()
