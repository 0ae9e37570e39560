// The policy pack as Pulumi runs it: serves the policies of policies/ as soon as it is loaded. Decides nothing itself.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

new PolicyPack("hyperpod-inference", { policies });
