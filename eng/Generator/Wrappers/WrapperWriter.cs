using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>Tier 2: the checked wrappers, one file per header.</summary>
internal sealed class WrapperWriter(WrapperPlanner planner)
{
    public IEnumerable<GeneratedFile> Write(Target target)
    {
        foreach (IGrouping<string, FunctionSymbol> header in target.Library.Functions.GroupBy(f => f.File))
        {
            WrapperPlan[] plans = [.. header.Where(planner.IsWrapped).Select(planner.Plan)];
            if (plans.Length == 0)
                continue;
            CodeWriter code = target.Begin();
            code.Line();
            using (code.Braces($"public static unsafe partial class {target.Checked}"))
            {
                foreach (WrapperPlan plan in plans)
                {
                    if (plan != plans[0])
                        code.Line();
                    Write(code, target, plan);
                }
            }

            yield return target.File($"{target.Checked}.{Naming.Header(header.Key)}", code);
        }
    }

    private static void Write(CodeWriter code, Target target, WrapperPlan plan)
    {
        FunctionSymbol function = plan.Function;
        WriteDocumentation(code, plan);
        code.Symbol(function.Name, function.Since);
        string parameters = string.Join(", ", plan.Parameters);
        using (code.Braces($"public static {ReturnType(plan)} {function.Name}({parameters})"))
        {
            if (!plan.HasHandle)
                code.Line("LibvirtLibrary.EnsureReady();");
            foreach (string line in plan.Prologue)
                code.Line(line);
            foreach (string pin in plan.Pins)
                code.Line(pin);
            if (plan.Pins.Count == 0)
            {
                WriteCalls(code, target, plan);
            }
            else
            {
                using (code.Braces(""))
                    WriteCalls(code, target, plan);
            }
        }
    }

    private static void WriteCalls(CodeWriter code, Target target, WrapperPlan plan)
    {
        if (plan.NativeResult != "void")
            code.Line($"{plan.NativeResult} result;");
        if (plan.ProbeArguments.Count > 0)
        {
            WriteCall(code, target, plan, name => plan.ProbeArguments.GetValueOrDefault(name, plan.Arguments[name]));
            foreach (string line in plan.AfterProbe)
                code.Line(line);
        }

        WriteCall(code, target, plan, name => plan.Arguments[name]);
        string values = string.Join(", ", plan.Outputs.Select(o => o.Value));
        if (plan.Outputs.Count > 0)
            code.Line(plan.Outputs.Count == 1 ? $"return {values};" : $"return ({values});");
    }

    private static void WriteCall(CodeWriter code, Target target, WrapperPlan plan, Func<string, string> argument)
    {
        FunctionSymbol function = plan.Function;
        string arguments = string.Join(", ", function.Parameters.Select(p => argument(p.Name)));
        string assignment = plan.NativeResult == "void" ? "" : "result = ";
        using (code.Braces("try"))
            code.Line($"{assignment}{target.Native}.{function.Name}({arguments});");
        using (code.Braces("catch (EntryPointNotFoundException missing)"))
            code.Line($"throw LibvirtNotSupportedException.For(\"{function.Name}\", \"{function.Since}\", missing);");
        code.Line();
        if (plan.FailsWhen is null)
            return;
        code.Line($"if ({plan.FailsWhen}{(plan.OnlyWithError ? " && LibvirtException.IsPending" : "")})");
        code.Line($"    throw LibvirtException.Last(\"{function.Name}\");");
    }

    private static string ReturnType(WrapperPlan plan) => plan.Outputs switch
    {
        [] => "void",
        [{ } only] => only.Type,
        _ => $"({string.Join(", ", plan.Outputs.Select(o => $"{o.Type} {o.Name}"))})",
    };

    private static void WriteDocumentation(CodeWriter code, WrapperPlan plan)
    {
        FunctionSymbol function = plan.Function;
        code.Summary($"Calls <c>{function.Name}</c>. Since libvirt {function.Since}.");
        if (plan.Outputs.Count > 0)
            code.Line($"/// <returns>{string.Join(" ", plan.Outputs.Select(o => o.Meaning))}</returns>");
        if (plan.FailsWhen is not null)
            code.Line($"/// <exception cref=\"LibvirtException\">The call {plan.FailsWhenText}.</exception>");
        const string Missing = "This machine's libvirt lacks the function.";
        code.Line($"/// <exception cref=\"LibvirtNotSupportedException\">{Missing}</exception>");
    }
}
