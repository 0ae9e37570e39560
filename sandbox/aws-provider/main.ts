// The stand-in aws plugin as a process.
import { AwsProvider, awsPackage } from "./awsProvider";
import { runPlugin } from "./plugin";

runPlugin(new AwsProvider(), awsPackage);
