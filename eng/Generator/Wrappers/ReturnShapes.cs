using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>What a result means: how it shows failure, and what of it the wrapper returns.</summary>
internal sealed class ReturnShapes(ApiDescription api)
{
    public void Apply(WrapperPlan plan, string rule)
    {
        string[] words = rule.Split(' ');
        switch (words[0])
        {
            case "nothing":
                break;
            case "status":
                Fails(plan, "result < 0", "returned -1");
                break;
            case "count":
                Fails(plan, "result < 0", "returned -1");
                if (!plan.ResultIsCount)
                    Returns(plan, "int", "result", "The number that the call returned.");
                break;
            case "int":
                Fails(plan, "result == -1", "returned -1");
                Returns(plan, "int", "result", "What the call returned; below -1 it is no failure.");
                break;
            case "bool":
                Fails(plan, "result < 0", "returned -1");
                Returns(plan, "bool", "result != 0", "Whether the call returned 1.");
                break;
            case "enum":
                Fails(plan, "result == -1", "returned -1");
                Returns(plan, Naming.PublicType(words[1]), $"({Naming.PublicType(words[1])})result", "The result.");
                break;
            case "sentinel":
                Fails(plan, $"result == {words[1]}", $"returned {words[1]} and left an error");
                plan.OnlyWithError = true;
                Returns(plan, plan.NativeResult == "nuint" ? "ulong" : plan.NativeResult, "result", "The result.");
                break;
            case "secret":
                Fails(plan, "result is null", "returned no value");
                Returns(
                    plan,
                    "byte[]",
                    $"NativeArray.TakeSecret(result, {WrapperPlan.Local(words[1])})",
                    "The value; libvirt's copy was overwritten.");
                break;
            case "owned" or "borrowed":
                Handle(plan, words[0] == "owned");
                break;
            case "text" or "borrowed-text" or "optional-text" or "optional-borrowed-text":
                Text(plan, words[0]);
                break;
            default:
                throw new GeneratorException(plan.Function.Name, $"has the unknown rule '{rule}' for its result");
        }

        if (plan.ResultIsCount && words[0] != "count")
            throw new GeneratorException(plan.Function.Name, $"returns a list, so its result can not be '{rule}'");
    }

    private static void Fails(WrapperPlan plan, string condition, string text) =>
        (plan.FailsWhen, plan.FailsWhenText) = (condition, text);

    // The result comes first where a wrapper returns several things.
    private static void Returns(WrapperPlan plan, string type, string value, string meaning) =>
        plan.Outputs.Insert(0, new Output(type, "Result", value, meaning));

    private void Handle(WrapperPlan plan, bool owned)
    {
        string type = Naming.Handle(api.Pointee(plan.Function.Return.Type.Base)!);
        Fails(plan, "result == 0", "returned NULL");
        Returns(plan, type, $"{type}.{(owned ? "Own" : "Share")}(result)", "A new reference; dispose it.");
    }

    private static void Text(WrapperPlan plan, string rule)
    {
        bool optional = rule.StartsWith("optional", StringComparison.Ordinal);
        string method = rule.EndsWith("borrowed-text", StringComparison.Ordinal) ? "Copy" : "Take";
        Fails(plan, "result is null", optional ? "returned NULL and left an error" : "returned NULL");
        plan.OnlyWithError = optional;
        Returns(
            plan,
            optional ? "string?" : "string",
            $"NativeText.{method}{(optional ? "Optional" : "")}(result)",
            optional ? "The text, or null when there is none." : "The text.");
    }
}
